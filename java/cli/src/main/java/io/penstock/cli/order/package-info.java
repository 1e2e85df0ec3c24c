/** What {@code order} draws: where in the file the records of an epoch come from. */
package io.penstock.cli.order;
