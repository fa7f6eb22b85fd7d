# A topic belongs to those who publish. Those of pipelines that name none are made here, for the log sinks of sinks.tf or
# for whoever publishes later.
resource "google_pubsub_topic" "lines" {
  for_each = { for name, pipeline in var.pipelines : name => pipeline if pipeline.topic == null }

  project = var.project
  name    = "logtally-${each.key}"
}

resource "google_pubsub_topic" "dead_letters" {
  for_each = var.pipelines

  project = var.project
  name    = "logtally-${each.key}-dead-letter"
}

locals {
  # Full names.
  topics = {
    for name, pipeline in var.pipelines :
    name => pipeline.topic == null ? google_pubsub_topic.lines[name].id : pipeline.topic
  }
}
