/** What {@code tune} needs beside the measuring itself: a file to measure with, and a picture. */
package io.penstock.cli.tune;
