/** {@code order}: how well an order mixes, in numbers and as a plot. */
package io.penstock.cli.order;
