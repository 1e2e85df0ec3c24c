/**
 * What the demo is made of: images to learn from, the files made of them, a small classifier, and
 * the same reading done twice. Knows nothing of options and terminals; DemoCommand does.
 */
package io.penstock.cli.demo;
