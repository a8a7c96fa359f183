/** What becomes of records that are written as text. */
@NullMarked
package io.nurs.appliance.output.text;

import org.jspecify.annotations.NullMarked;
