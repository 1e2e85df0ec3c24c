/**
 * Options that several commands have, and converters of their values: which files make a dataset,
 * in what order it is read, sizes, seeds, lists of shards. They give objects of the library, or say
 * which option is wrong.
 */
package io.penstock.cli.options;
