/** What a stack does to a flow between its source and its exporters. */
@NullMarked
package io.nurs.appliance.filter;

import org.jspecify.annotations.NullMarked;
