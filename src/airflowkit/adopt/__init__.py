"""`airflowkit adopt`: raw `KubernetesPodOperator` calls become `pod_task`, where every pod stays as it is."""
