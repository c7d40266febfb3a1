-- The voice a draft was made in, as JSON, and the calibrated chance that it is sent without a changed fact; none where too little is known.
alter table drafts add column voice text;
alter table drafts add column confidence double precision;
