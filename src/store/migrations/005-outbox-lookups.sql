-- Deliveries of one alert in their order, and those that were given up: both are looked up among up to 10 000 finished ones.
CREATE INDEX outbox_by_alert ON outbox (alert_id, channel, sequence);
CREATE INDEX outbox_dead ON outbox (channel, sequence) WHERE status = 'dead';
