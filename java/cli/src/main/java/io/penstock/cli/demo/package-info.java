/**
 * {@code demo}: images to learn from, the files made of them, a small classifier, and the same
 * reading done twice. Only DemoCommand and DemoReport know of options and streams.
 */
package io.penstock.cli.demo;
