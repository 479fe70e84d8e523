-- What a person would write, a statement for each target: the children grouped once, and joined by hash.
INSERT INTO user_workflow_run (run_id, workflow_id, org_id, status, channel, started_at, ended_at, duration_ms,
    context, endpoints_used, error_message, error_details, created_at, created_by, updated_at, legacy_trace_id)
SELECT crossfade.legacy_uuid('public.workflow_trace:' || s.id), s.workflow_id, s.org_id,
    CASE s.status WHEN 'queued' THEN 'pending' WHEN 'succeeded' THEN 'completed' WHEN 'timed_out' THEN 'timeout'
        ELSE s.status END,
    s.channel, s.started_at, s.ended_at, CASE WHEN s.ended_at - s.started_at BETWEEN interval '0' AND interval '24 days' THEN floor(extract(epoch FROM s.ended_at - s.started_at) * 1000)::integer END, coalesce(k.made, '{}'), coalesce(e.made, '[]'),
    s.error_message, s.error_details, s.created_at, s.created_by, s.updated_at, s.id
FROM workflow_trace AS s
LEFT JOIN (SELECT trace_id AS parent, jsonb_object_agg(key, value) AS made FROM workflow_trace_context GROUP BY 1)
    AS k ON k.parent = s.id
LEFT JOIN (SELECT c.trace_id AS parent, count(*) AS many, jsonb_agg(jsonb_build_object('id', c.id, 'method', c.method, 'url', c.url, 'status_code', c.status_code, 'latency_ms', c.latency_ms, 'called_at', c.called_at) ORDER BY c.called_at, c.id) AS made FROM workflow_trace_endpoint AS c GROUP BY 1) AS e ON e.parent = s.id;
INSERT INTO user_workflow_run_step (step_id, run_id, node_id, step_number, status, retry_count, started_at,
    ended_at, duration_ms, input_data, output_data, screenshots, events, error_message, error_details, metadata,
    created_at, updated_at, legacy_step_id)
SELECT crossfade.legacy_uuid('public.workflow_steps:' || s.id), r.run_id, s.node_id, s.step_number,
    CASE s.status WHEN 'queued' THEN 'pending' WHEN 'done' THEN 'completed' ELSE s.status END,
    coalesce(t.many, 0), s.started_at, s.ended_at, CASE WHEN s.ended_at - s.started_at BETWEEN interval '0' AND interval '24 days' THEN floor(extract(epoch FROM s.ended_at - s.started_at) * 1000)::integer END, s.input_data, s.output_data,
    coalesce(p.made, '[]'), coalesce(e.made, '[]'), s.error_message, s.error_details,
    jsonb_build_object('bindings', coalesce(b.made, '[]'), 'retries', coalesce(t.made, '[]')),
    s.created_at, s.updated_at, s.id
FROM workflow_steps AS s JOIN user_workflow_run AS r ON r.legacy_trace_id = s.trace_id
LEFT JOIN (SELECT c.step_id AS parent, count(*) AS many, jsonb_agg(jsonb_build_object('id', c.id, 'kind', c.kind, 'message', c.message, 'occurred_at', c.occurred_at) || CASE WHEN c.payload IS NULL THEN '{}' ELSE jsonb_build_object('payload', c.payload) END ORDER BY c.occurred_at, c.id) AS made FROM workflow_events AS c GROUP BY 1)
    AS e ON e.parent = s.id
LEFT JOIN (SELECT c.step_id AS parent, count(*) AS many, jsonb_agg(jsonb_build_object('id', c.id, 'url', c.url, 'width', c.width, 'height', c.height, 'thumbnail', c.thumbnail, 'taken_at', c.taken_at) ORDER BY c.taken_at, c.id) AS made FROM workflow_trace_screenshot AS c GROUP BY 1) AS p ON p.parent = s.id
LEFT JOIN (SELECT c.step_id AS parent, count(*) AS many, jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name, 'source', c.source) || CASE WHEN c.value IS NULL THEN '{}' ELSE jsonb_build_object('value', c.value) END ORDER BY c.id) AS made FROM workflow_data_bindings AS c GROUP BY 1) AS b ON b.parent = s.id
LEFT JOIN (SELECT c.step_id AS parent, count(*) AS many, jsonb_agg(jsonb_build_object('id', c.id, 'attempt', c.attempt, 'reason', c.reason, 'retried_at', c.retried_at) ORDER BY c.attempt, c.id) AS made FROM workflow_step_retries AS c GROUP BY 1)
    AS t ON t.parent = s.id;
