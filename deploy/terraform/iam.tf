# The table of docs/how-to/google-cloud.md, with a bucket for the vault (docs/how-to/keep-the-archive.md). Nobody but the
# collector may delete, and nobody may overwrite.

locals {
  bucket_names = {
    archive = google_storage_bucket.archive.name
    vault   = google_storage_bucket.vault.name
  }

  # Beginnings of the names of objects, below the prefix of the archive.
  creators = {
    worker-archive = { duty = "worker", bucket = "archive", names = ["wal/", "ctl/index/", "ctl/pseudonym.fingerprint"] }
    sealer-archive = { duty = "sealer", bucket = "archive", names = ["ctl/plan/", "ctl/span/", "ctl/seal/", "ctl/lookup/", "facts/"] }
    sealer-vault   = { duty = "sealer", bucket = "vault", names = ["vault/v1/"] }
    # Digests lie below the name of each stream, and a condition has room for twelve names.
    signer-vault = { duty = "signer", bucket = "vault", names = ["vault/v1/"] }
  }

  # What logtally gc removes.
  removable = ["wal/", "ctl/index/"]

  # By bucket: a name in a condition, up to the beginning of the name in the archive.
  object_names = {
    for bucket, name in local.bucket_names :
    bucket => "projects/_/buckets/${name}/objects/${var.prefix == "" ? "" : "${var.prefix}/"}"
  }

  readers = {
    for pair in setproduct(keys(local.duties), keys(local.bucket_names)) :
    "${pair[0]}-${pair[1]}" => { duty = pair[0], bucket = pair[1] }
  }
}

# Everybody reads: workers and sealers look for lines that came before, signer and collector check what they act on.
resource "google_storage_bucket_iam_member" "reader" {
  for_each = local.readers

  bucket = local.bucket_names[each.value.bucket]
  role   = "roles/storage.objectViewer"
  member = local.members[each.value.duty]
}

resource "google_storage_bucket_iam_member" "creator" {
  for_each = local.creators

  bucket = local.bucket_names[each.value.bucket]
  role   = "roles/storage.objectCreator"
  member = local.members[each.value.duty]

  condition {
    title       = each.key
    description = "What ${local.duties[each.value.duty]} writes"
    expression = join(" || ", [
      for name in each.value.names : "resource.name.startsWith(\"${local.object_names[each.value.bucket]}${name}\")"
    ])
  }
}

# So that logtally check can tell whether the rules of the buckets work against the archive.
resource "google_project_iam_custom_role" "bucket_rules" {
  project     = var.project
  role_id     = "logtallyBucketRules"
  title       = "logtally bucket rules"
  description = "Reads the settings of buckets, where a binding says which"
  permissions = ["storage.buckets.get"]
}

resource "google_storage_bucket_iam_member" "bucket_rules" {
  for_each = local.bucket_names

  bucket = each.value
  role   = google_project_iam_custom_role.bucket_rules.id
  member = local.members["worker"]
}

# roles/storage.objectAdmin would do too, and may do much more.
resource "google_project_iam_custom_role" "collector" {
  project     = var.project
  role_id     = "logtallyCollector"
  title       = "logtally collector"
  description = "Removes objects, where a binding says which"
  permissions = ["storage.objects.delete"]
}

resource "google_storage_bucket_iam_member" "collector" {
  bucket = google_storage_bucket.archive.name
  role   = google_project_iam_custom_role.collector.id
  member = local.members["collector"]

  condition {
    title       = "write-ahead"
    description = "Write-ahead objects and index markers; the vault is another bucket"
    expression = join(" || ", [
      for name in local.removable : "resource.name.startsWith(\"${local.object_names["archive"]}${name}\")"
    ])
  }
}

resource "google_pubsub_subscription_iam_member" "worker" {
  for_each = {
    for pair in setproduct(keys(var.pipelines), ["subscriber", "viewer"]) :
    "${pair[0]}-${pair[1]}" => { pipeline = pair[0], role = pair[1] }
  }

  project      = var.project
  subscription = google_pubsub_subscription.lines[each.value.pipeline].name
  role         = "roles/pubsub.${each.value.role}"
  member       = local.members["worker"]
}

# So that logtally check can tell whether anybody keeps dead letters.
resource "google_pubsub_topic_iam_member" "worker" {
  for_each = var.pipelines

  project = var.project
  topic   = google_pubsub_topic.dead_letters[each.key].name
  role    = "roles/pubsub.viewer"
  member  = local.members["worker"]
}

data "google_project" "this" {
  project_id = var.project
}

locals {
  # Google's own, which moves dead letters: publishes them there, and acks them where they were.
  pubsub_agent = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

resource "google_pubsub_topic_iam_member" "agent" {
  for_each = var.pipelines

  project = var.project
  topic   = google_pubsub_topic.dead_letters[each.key].name
  role    = "roles/pubsub.publisher"
  member  = local.pubsub_agent
}

resource "google_pubsub_subscription_iam_member" "agent" {
  for_each = var.pipelines

  project      = var.project
  subscription = google_pubsub_subscription.lines[each.key].name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}
