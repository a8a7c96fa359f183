/** What the operator asked for: immutable records, and the YAML that becomes them. docs/configuration.md is the operator's view of this package. */
@NullMarked
package io.nurs.appliance.config;

import org.jspecify.annotations.NullMarked;
