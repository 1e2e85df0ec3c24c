/**
 * Text for people: numbers with units, tables, progress bars, one-line messages, suggestions for
 * mistyped words. Pure functions, but for the width of the terminal.
 */
package io.penstock.cli.text;
