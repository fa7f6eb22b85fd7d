output "subscriptions" {
  description = "Full names of the subscriptions, by pipeline: source.subscription."
  value       = { for name, subscription in google_pubsub_subscription.lines : name => subscription.id }
}

output "topics" {
  description = "Full names of the topics, by pipeline: source.topic, and where to publish."
  value       = local.topics
}

output "service_accounts" {
  description = "E-mail addresses of the identities, by duty."
  value       = { for duty, account in google_service_account.duty : duty => account.email }
}

output "signing_key" {
  description = "The version of the signing key that signs: signing_key.kms."
  value       = local.signing_key
}

output "helm_values" {
  description = "Values of deploy/helm/logtally for all of this: terraform output -raw helm_values > google.yaml."
  value       = local.helm_values
}

locals {
  signing_key = "${google_kms_crypto_key.signing.id}/cryptoKeyVersions/${var.signing_key_version}"

  helm_values = yamlencode({
    fullnameOverride = var.kubernetes_name
    settings = {
      archive = merge(
        {
          kind          = "gcs"
          bucket        = google_storage_bucket.archive.name
          vault_bucket  = google_storage_bucket.vault.name
          storage_class = var.storage_class
        },
        var.prefix == "" ? {} : { prefix = var.prefix },
        var.retention_days == null ? {} : {
          retention_days   = var.retention_days
          retention_locked = var.retention_locked
        },
      )
      signing_key = { kms = local.signing_key }
    }
    pipelines = [
      for name, subscription in google_pubsub_subscription.lines : {
        name = name
        config = {
          source = {
            kind         = "pubsub"
            subscription = subscription.id
            topic        = local.topics[name]
          }
        }
      }
    ]
    googleServiceAccounts = { for duty, account in google_service_account.duty : duty => account.email }
  })
}
