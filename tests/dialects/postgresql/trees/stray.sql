-- work, ACCESS SHARE:
SELECT slot, what, count(*) AS rows FROM (SELECT 'lines' AS slot, (CASE WHEN t.lines IS NULL THEN NULL WHEN
    jsonb_typeof(t.lines) <> 'array' THEN 'what is no array' ELSE coalesce((SELECT coalesce('the field ' || k
    || ', for which lines has no column', 'what is no object') FROM jsonb_array_elements(t.lines) AS e(v) LEFT
    JOIN LATERAL jsonb_object_keys(CASE jsonb_typeof(e.v) WHEN 'object' THEN e.v END) AS k ON true WHERE
    jsonb_typeof(e.v) <> 'object' OR k NOT IN ('id', 'at', 'what') LIMIT 1), (SELECT 'two elements with the '
    || 'id' || ' ' || (e.v ->> 'id') FROM jsonb_array_elements(t.lines) AS e(v) WHERE e.v ->> 'id' IS NOT NULL
    GROUP BY e.v ->> 'id' HAVING count(*) > 1 LIMIT 1)) END) AS what FROM public.steps AS t UNION ALL SELECT
    'more.tries' AS slot, (CASE WHEN jsonb_typeof(t.more) <> 'object' THEN 'what is no object' WHEN (t.more ->
    'tries') IS NULL THEN NULL WHEN jsonb_typeof((t.more -> 'tries')) <> 'array' THEN 'what is no array' ELSE
    coalesce((SELECT coalesce('the field ' || k || ', for which tries has no column', 'what is no object')
    FROM jsonb_array_elements((t.more -> 'tries')) AS e(v) LEFT JOIN LATERAL jsonb_object_keys(CASE
    jsonb_typeof(e.v) WHEN 'object' THEN e.v END) AS k ON true WHERE jsonb_typeof(e.v) <> 'object' OR k NOT IN
    ('id', 'why') LIMIT 1), (SELECT 'two elements with the ' || 'id' || ' ' || (e.v ->> 'id') FROM
    jsonb_array_elements((t.more -> 'tries')) AS e(v) WHERE e.v ->> 'id' IS NOT NULL GROUP BY e.v ->> 'id'
    HAVING count(*) > 1 LIMIT 1)) END) AS what FROM public.steps AS t UNION ALL SELECT 'more.receipt' AS slot,
    (CASE WHEN jsonb_typeof(t.more) <> 'object' THEN 'what is no object' WHEN (t.more -> 'receipt') IS NULL OR
    jsonb_typeof((t.more -> 'receipt')) = 'null' THEN NULL WHEN jsonb_typeof((t.more -> 'receipt')) <>
    'object' THEN 'what is no object' ELSE coalesce((SELECT coalesce('the field ' || k || ', for which
    receipts has no column', 'what is no object') FROM (SELECT (t.more -> 'receipt')) AS e(v) LEFT JOIN
    LATERAL jsonb_object_keys(CASE jsonb_typeof(e.v) WHEN 'object' THEN e.v END) AS k ON true WHERE
    jsonb_typeof(e.v) <> 'object' OR k NOT IN ('id', 'paid') LIMIT 1), (SELECT 'two elements with the ' ||
    'id' || ' ' || (e.v ->> 'id') FROM (SELECT (t.more -> 'receipt')) AS e(v) WHERE e.v ->> 'id' IS NOT NULL
    GROUP BY e.v ->> 'id' HAVING count(*) > 1 LIMIT 1)) END) AS what FROM public.steps AS t) AS f WHERE what
    IS NOT NULL GROUP BY slot, what ORDER BY 3 DESC, 1, 2 LIMIT 20
