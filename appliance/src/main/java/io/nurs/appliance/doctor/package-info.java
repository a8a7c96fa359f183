/** {@code nursd doctor}: looks at all that nursd depends on, changes nothing, and says what is amiss and how to mend it. */
@NullMarked
package io.nurs.appliance.doctor;

import org.jspecify.annotations.NullMarked;
