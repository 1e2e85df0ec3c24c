/**
 * {@code info}: says what is in files. A {@link io.penstock.cli.info.Description Description} is
 * one column of records, for programs and for people.
 */
package io.penstock.cli.info;
