locals {
  # Whoever adds lines, seals, signs, removes and looks are five: none can do the work of another.
  duties = {
    worker    = "logtally run, logtally check"
    sealer    = "logtally seal"
    signer    = "logtally sign"
    collector = "logtally gc"
    explorer  = "logtally explore, and whoever counts or audits"
  }

  members = { for duty, account in google_service_account.duty : duty => account.member }
}

# No keys are made for them: what runs elsewhere than on GKE has the identity of its machine.
resource "google_service_account" "duty" {
  for_each = local.duties

  project      = var.project
  account_id   = "logtally-${each.key}"
  display_name = "logtally ${each.key}"
  description  = each.value
}

# The accounts of the chart, one for each duty.
resource "google_service_account_iam_member" "workload_identity" {
  for_each = var.kubernetes_namespace == null ? {} : google_service_account.duty

  service_account_id = each.value.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${var.project}.svc.id.goog[${var.kubernetes_namespace}/${var.kubernetes_name}-${each.key}]"
}
