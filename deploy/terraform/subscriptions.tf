# As logtally setup makes them, which finds nothing to do after this.
resource "google_pubsub_subscription" "lines" {
  for_each = var.pipelines

  project                    = var.project
  name                       = "logtally-${each.key}"
  topic                      = local.topics[each.key]
  ack_deadline_seconds       = 60
  message_retention_duration = "604800s" # 7 days

  # Never: by default it would be deleted after 31 days without readers.
  expiration_policy {
    ttl = ""
  }

  # What cannot be read is kept in the archive's quarantine and acked, so only workers that are killed 100 times send a
  # message there.
  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_letters[each.key].id
    max_delivery_attempts = 100
  }
}

# A topic of dead letters that nobody reads would lose them.
resource "google_pubsub_subscription" "dead_letters" {
  for_each = var.pipelines

  project                    = var.project
  name                       = "logtally-${each.key}-dead-letter"
  topic                      = google_pubsub_topic.dead_letters[each.key].id
  ack_deadline_seconds       = 60
  message_retention_duration = "2678400s" # 31 days

  expiration_policy {
    ttl = ""
  }
}
