-- Believable rows: each is drawn from the md5 of the seed and its number, in whole numbers, so that they are the
-- same on every machine and on every database. What stands in braces is each database's own way of saying it
-- (data.py); d0 to d7 are draws from 0 to 65,535, `made` is a moment in six years. A few users have most of the
-- rows, the first ones have none yet. A statement ends where its line does.

INSERT INTO users (id, email, name, created_at)
SELECT number, concat('user', number, '@example.org'), concat({pick: names | number}, ' ', number), made
FROM {drawn: user | users};

INSERT INTO recruitment_processes
    (id, user_id, company, job_title, status, notes, is_deleted, deleted_at, created_at, updated_at)
SELECT number, {owner: d0}, {pick: companies | d7}, {pick: jobs | d6}, {pick: statuses | d1},
    CASE WHEN d5 >= 20000 THEN {pick: notes | number} END,
    d2 < 4000, CASE WHEN d2 < 4000 THEN {after: made | 1 + mod(d3, 90) | day} END,
    made, CASE WHEN d2 < 4000 THEN {after: made | 1 + mod(d3, 90) | day} ELSE made END
FROM {drawn: process | processes};

INSERT INTO workflow_nodes (id, process_id, name, node_type, place, is_done, is_deleted, deleted_at)
SELECT (number - 1) * 8 + seq, number, {pick: nodes | seq - 1}, {pick: types | seq - 1}, seq, seq <= mod(d7, 5),
    mod(number * 7 + seq, 37) = 0,
    CASE WHEN mod(number * 7 + seq, 37) = 0 THEN {after: made | seq | day} END
FROM {drawn: process | processes} JOIN {numbers: 6} ON seq <= 3 + mod(d6, 4);

INSERT INTO interviews (id, user_id, title, mode, scheduled_at, feedback, score, is_deleted, deleted_at, created_at,
    updated_at)
SELECT number, {owner: d0},
    concat({pick: titles | d7}, CASE WHEN mod(number, 10) < 7 THEN concat(' ', mod(number, 89)) ELSE '' END),
    {pick: modes | d1},
    CASE WHEN d6 >= 6500 THEN {after: made | mod(d6, 700) | hour} END,
    CASE
        WHEN mod(number, {value: big_every}) = {value: big_at}
            THEN {object}('transcript', repeat({pick: notes | d3}, {whole: 200 + mod(d6, 500)}))
        WHEN d5 >= 16000
            THEN {object}('round', mod(number, 5), 'strengths', {array}({pick: notes | number}), 'rating', d1)
    END,
    CASE WHEN d5 >= 30000 THEN mod(d5, 101) END,
    d2 < 5200, CASE WHEN d2 < 5200 THEN {after: made | 1 + mod(d3, 90) | day} END,
    made, CASE WHEN d2 < 5200 THEN {after: made | 1 + mod(d3, 90) | day} ELSE made END
FROM {drawn: interview | interviews};

INSERT INTO todos (id, user_id, title, priority, is_done, due_at, is_deleted, deleted_at, created_at)
SELECT number, {owner: d0}, {pick: tasks | d7}, mod(d1, 6), d3 < 40000,
    CASE WHEN d6 >= 20000 THEN {after: made | mod(d6, 60) | day} END,
    d2 < 3300, CASE WHEN d2 < 3300 THEN {after: made | 1 + mod(d3, 90) | day} END, made
FROM {drawn: todo | todos};
