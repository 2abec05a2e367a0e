# What Frappe calls of this app, and when. Nothing of Frappe is patched.
app_name = "tenantd_app"
app_title = "Tenantd App"
app_publisher = "tenantd"
app_description = "Makes the limits and the suspension of a tenantd workspace hold inside its site"
app_email = "tenantd@example.com"
app_license = "mit"

after_install = "tenantd_app.storage.after_install"
after_migrate = ["tenantd_app.storage.after_migrate"]
before_uninstall = "tenantd_app.storage.before_uninstall"

# A cleared cache must not forget that a workspace is suspended, or how often it was called.
persistent_cache_keys = ["tenantd_"]

before_request = ["tenantd_app.suspension.before_request"]
on_login = ["tenantd_app.suspension.on_login"]
auth_hooks = ["tenantd_app.calls.after_authentication"]
after_request = ["tenantd_app.calls.after_request", "tenantd_app.read_only.after_request"]
before_job = ["tenantd_app.jobs.before_job"]

doc_events = {
    "User": {
        "before_validate": "tenantd_app.users.before_validate",
        "validate": "tenantd_app.users.validate",
        "on_trash": "tenantd_app.users.on_trash",
    },
    "File": {"validate": "tenantd_app.files.validate"},
}
before_write_file = ["tenantd_app.files.before_write"]
delete_file_data_content = "tenantd_app.files.delete_content"

scheduler_events = {"daily": ["tenantd_app.files.recount"]}
