# Nothing of an archive can be made again, so terraform destroy stops at both buckets.

# Write-ahead objects, facts, look-ups, notes. No retention, no versions and no lifecycle rule: logtally gc removes what is
# sealed and signed, and whatever keeps an object longer keeps gc from its work.
resource "google_storage_bucket" "archive" {
  project                     = var.project
  name                        = var.archive_bucket
  location                    = var.location
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  soft_delete_policy {
    retention_duration_seconds = var.soft_delete_days * 86400
  }

  lifecycle {
    prevent_destroy = true
  }
}

# What is sealed and signed. Objects ask for their own class: segments for that of the pipelines, manifests and digests for
# Standard, since they are read again and again.
resource "google_storage_bucket" "vault" {
  project                     = var.project
  name                        = var.vault_bucket
  location                    = var.location
  storage_class               = upper(var.storage_class)
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  dynamic "retention_policy" {
    for_each = var.retention_days == null ? [] : [var.retention_days]

    content {
      retention_period = retention_policy.value * 86400
      is_locked        = var.retention_locked
    }
  }

  # What was read to be signed and to be removed elsewhere; manifests and digests are read all the time.
  dynamic "lifecycle_rule" {
    for_each = var.cold_after_days == null ? [] : [var.cold_after_days]

    content {
      action {
        type          = "SetStorageClass"
        storage_class = "COLDLINE"
      }

      condition {
        age            = lifecycle_rule.value
        matches_prefix = ["${var.prefix == "" ? "" : "${var.prefix}/"}vault/"]
        matches_suffix = [".zst"]
      }
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}
