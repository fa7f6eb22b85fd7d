variable "project" {
  description = "Project of the subscriptions, the buckets, the key and the identities."
  type        = string
}

variable "location" {
  description = "Location of the buckets and of the signing key, such as europe-west4. It cannot be changed later."
  type        = string
}

variable "archive_bucket" {
  description = "Name of the bucket for write-ahead objects, facts and everything else that is not sealed."
  type        = string
}

variable "vault_bucket" {
  description = "Name of the bucket for what is sealed and signed, which has the retention policy."
  type        = string
}

variable "prefix" {
  description = "Beginning of the names of all objects, archive.prefix in the pipelines; empty for none."
  type        = string
  default     = "logtally"
}

variable "storage_class" {
  description = "Storage class of sealed segments, archive.storage_class in the pipelines: standard, nearline, coldline or archive."
  type        = string
  default     = "coldline"

  validation {
    condition     = contains(["standard", "nearline", "coldline", "archive"], var.storage_class)
    error_message = "The storage class is standard, nearline, coldline or archive."
  }
}

variable "cold_after_days" {
  description = "Days until segments become COLDLINE, with storage_class = \"standard\": cheaper for large archives (docs/explanation/scale.md). Null for no rule."
  type        = number
  default     = null
}

variable "retention_days" {
  description = "Days for which nothing in the vault can be removed or replaced; null for no policy. Read docs/decisions/erasure.md first."
  type        = number
  default     = null
}

variable "retention_locked" {
  description = "Whether the policy is locked, for ever: nobody can shorten or remove it then, Google included."
  type        = bool
  default     = false
}

variable "soft_delete_days" {
  description = "Days for which removed write-ahead objects can be brought back, and are charged for; 0 or 7 to 90."
  type        = number
  default     = 7
}

variable "pipelines" {
  description = "A pipeline for each topic, by its name. topic is that of somebody else, by its full name; without it a topic is made, and log_filter has Cloud Logging send the entries that match it there."
  type = map(object({
    topic      = optional(string)
    log_filter = optional(string)
  }))

  validation {
    condition     = alltrue([for name in keys(var.pipelines) : can(regex("^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$", name))])
    error_message = "A pipeline has a name of 1 to 32 of a-z, 0-9 and hyphen."
  }

  validation {
    condition     = alltrue([for pipeline in values(var.pipelines) : pipeline.topic == null || pipeline.log_filter == null])
    error_message = "A log sink is made for topics that are made here: name a topic or a log_filter, not both."
  }
}

variable "kubernetes_namespace" {
  description = "Namespace of the release of deploy/helm/logtally, whose accounts may act as these identities; null where logtally does not run on GKE."
  type        = string
  default     = null
}

variable "kubernetes_name" {
  description = "What the names of that release begin with: fullnameOverride, or the name of the release where it has logtally in it."
  type        = string
  default     = "logtally"
}

variable "signing_key_protection" {
  description = "Where the signing key lies: SOFTWARE or HSM."
  type        = string
  default     = "SOFTWARE"

  validation {
    condition     = contains(["SOFTWARE", "HSM"], var.signing_key_protection)
    error_message = "The protection level is SOFTWARE or HSM."
  }
}

variable "signing_key_version" {
  description = "The version of the signing key that signs: another one once logtally sign --old-key has gone over to it."
  type        = number
  default     = 1
}
