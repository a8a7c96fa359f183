/** What the appliance does, in figures for Prometheus: read from what the parts count anyway, when somebody asks. */
@NullMarked
package io.nurs.appliance.metrics;

import org.jspecify.annotations.NullMarked;
