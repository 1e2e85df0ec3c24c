/**
 * Help, version and completion: the commands that show them, examples, and lines that do not break
 * within names.
 */
package io.penstock.cli.help;
