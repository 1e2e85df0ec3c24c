/** How much memory a loader really takes beside its budget, with very many records. */
package io.penstock.bench.memory;
