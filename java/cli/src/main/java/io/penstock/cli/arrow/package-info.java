/** Arrow files whose buffers are compressed: unpacked, so that they can be read in place. */
package io.penstock.cli.arrow;
