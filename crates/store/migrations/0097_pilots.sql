-- A ticket's product, lower case, as its words or its contract name one: a pilot of the ladder may hold for a product.
alter table tickets add column product text;
alter table steps add column product text check (product is null or queue is null);
