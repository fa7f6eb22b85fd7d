# A key ring can never be removed, and its key must not be: without it nobody could prove whose signatures those were.
resource "google_kms_key_ring" "logtally" {
  project  = var.project
  name     = "logtally"
  location = var.location
}

# Signs digests and never leaves the service. One for each archive: a digest does not say in which it was made.
resource "google_kms_crypto_key" "signing" {
  name     = "signing"
  key_ring = google_kms_key_ring.logtally.id
  purpose  = "ASYMMETRIC_SIGN"

  version_template {
    algorithm        = "EC_SIGN_ED25519"
    protection_level = var.signing_key_protection
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_kms_crypto_key_iam_member" "signer" {
  for_each = toset(["signer", "publicKeyViewer"])

  crypto_key_id = google_kms_crypto_key.signing.id
  role          = "roles/cloudkms.${each.value}"
  member        = local.members["signer"]
}
