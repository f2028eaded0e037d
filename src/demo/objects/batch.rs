//! Work that ends, from `k8s.io/api/batch/v1`.

use super::{LabelSelector, ObjectMeta, PodTemplateSpec, Time, message};

message! {
    Job {
        (message, required, tag = 1) metadata: ObjectMeta,
        (message, required, tag = 2) spec: JobSpec,
        (message, required, tag = 3) status: JobStatus,
    }

    JobSpec {
        (int32, optional, tag = 1) parallelism: Option<i32>,
        (int32, optional, tag = 2) completions: Option<i32>,
        (int64, optional, tag = 3) active_deadline_seconds: Option<i64>,
        (int32, optional, tag = 7) backoff_limit: Option<i32>,
        (message, optional, tag = 4) selector: Option<LabelSelector>,
        (bool, optional, tag = 5) manual_selector: Option<bool>,
        (message, required, tag = 6) template: PodTemplateSpec,
        (int32, optional, tag = 8) ttl_seconds_after_finished: Option<i32>,
        (string, optional, tag = 9) completion_mode: Option<String>,
        (bool, optional, tag = 10) suspend: Option<bool>,
        (string, optional, tag = 14) pod_replacement_policy: Option<String>,
    }

    JobStatus {
        (message, repeated, tag = 1) conditions: Vec<JobCondition>,
        (message, optional, tag = 2) start_time: Option<Time>,
        (message, optional, tag = 3) completion_time: Option<Time>,
        (int32, required, tag = 4) active: i32,
        (int32, required, tag = 5) succeeded: i32,
        (int32, required, tag = 6) failed: i32,
        (int32, optional, tag = 11) terminating: Option<i32>,
        (string, required, tag = 7) completed_indexes: String,
        (message, optional, tag = 8) uncounted_terminated_pods: Option<UncountedTerminatedPods>,
        (int32, optional, tag = 9) ready: Option<i32>,
    }

    UncountedTerminatedPods {
        (string, repeated, tag = 1) succeeded: Vec<String>,
        (string, repeated, tag = 2) failed: Vec<String>,
    }

    JobCondition {
        (string, required, tag = 1) r#type: String,
        (string, required, tag = 2) status: String,
        (message, required, tag = 3) last_probe_time: Time,
        (message, required, tag = 4) last_transition_time: Time,
        (string, required, tag = 5) reason: String,
        (string, required, tag = 6) message: String,
    }

    CronJob {
        (message, required, tag = 1) metadata: ObjectMeta,
        (message, required, tag = 2) spec: CronJobSpec,
        (message, required, tag = 3) status: CronJobStatus,
    }

    CronJobSpec {
        (string, required, tag = 1) schedule: String,
        (string, optional, tag = 8) time_zone: Option<String>,
        (int64, optional, tag = 2) starting_deadline_seconds: Option<i64>,
        (string, required, tag = 3) concurrency_policy: String,
        (bool, optional, tag = 4) suspend: Option<bool>,
        (message, required, tag = 5) job_template: JobTemplateSpec,
        (int32, optional, tag = 6) successful_jobs_history_limit: Option<i32>,
        (int32, optional, tag = 7) failed_jobs_history_limit: Option<i32>,
    }

    JobTemplateSpec {
        (message, optional, tag = 1) metadata: Option<ObjectMeta>,
        (message, required, tag = 2) spec: JobSpec,
    }

    CronJobStatus {
        (message, repeated, tag = 1) active: Vec<ObjectReference>,
        (message, optional, tag = 4) last_schedule_time: Option<Time>,
        (message, optional, tag = 5) last_successful_time: Option<Time>,
    }

    ObjectReference {
        (string, required, tag = 1) kind: String,
        (string, required, tag = 2) namespace: String,
        (string, required, tag = 3) name: String,
        (string, required, tag = 4) uid: String,
        (string, required, tag = 5) api_version: String,
        (string, required, tag = 6) resource_version: String,
        (string, required, tag = 7) field_path: String,
    }
}
