resource "google_logging_project_sink" "lines" {
  for_each = { for name, pipeline in var.pipelines : name => pipeline if pipeline.log_filter != null }

  project                = var.project
  name                   = "logtally-${each.key}"
  destination            = "pubsub.googleapis.com/${google_pubsub_topic.lines[each.key].id}"
  filter                 = each.value.log_filter
  unique_writer_identity = true
}

resource "google_pubsub_topic_iam_member" "sink" {
  for_each = google_logging_project_sink.lines

  project = var.project
  topic   = google_pubsub_topic.lines[each.key].name
  role    = "roles/pubsub.publisher"
  member  = each.value.writer_identity
}
