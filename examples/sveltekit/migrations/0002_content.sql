-- What the app itself keeps. Times are milliseconds since the epoch.
CREATE TABLE content (
  id TEXT NOT NULL PRIMARY KEY,
  category TEXT NOT NULL,
  title TEXT NOT NULL,
  summary TEXT NOT NULL,
  author TEXT NOT NULL,
  published_at INTEGER NOT NULL
);
CREATE INDEX content_by_category ON content (category, published_at DESC);
CREATE INDEX content_by_time ON content (published_at DESC);

CREATE TABLE library_item (
  user_id TEXT NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
  content_id TEXT NOT NULL REFERENCES content (id) ON DELETE CASCADE,
  added_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, content_id)
);

-- Transcoding is simulated: a job lasts work_seconds from started_at, and its
-- progress is computed from these two. NULL means that it was never started.
CREATE TABLE media (
  id TEXT NOT NULL PRIMARY KEY,
  title TEXT NOT NULL,
  work_seconds INTEGER NOT NULL,
  started_at INTEGER
);

INSERT INTO content (id, category, title, summary, author, published_at) VALUES
  ('guide-film-light', 'guides', 'Lighting a room with one lamp', 'Where to put it, what to bounce it off, and when to turn it off.', 'Mara Lindqvist', 1780300000000),
  ('guide-edit-rhythm', 'guides', 'Cutting on the breath', 'A way of editing dialogue that keeps its pulse.', 'Tomás Rey', 1780100000000),
  ('guide-subtitles', 'guides', 'Subtitles people can read', 'Line length, pace and contrast, with examples.', 'Ines Okafor', 1779900000000),
  ('film-harbour', 'films', 'The Harbour at Five', 'Twelve minutes with the people who wake the city.', 'Mara Lindqvist', 1780200000000),
  ('film-orchard', 'films', 'Orchard Year', 'One tree, fifty-two Sundays.', 'Jonas Weir', 1779800000000),
  ('audio-weather', 'audio', 'Weather for Strings', 'A quartet that listens to a barometer.', 'Ines Okafor', 1780000000000),
  ('audio-night-bus', 'audio', 'Night Bus', 'Field recordings between two terminals.', 'Tomás Rey', 1779700000000);

INSERT INTO media (id, title, work_seconds, started_at) VALUES
  ('harbour-4k', 'The Harbour at Five, 4K master', 150, NULL),
  ('orchard-trailer', 'Orchard Year, trailer', 75, NULL);
