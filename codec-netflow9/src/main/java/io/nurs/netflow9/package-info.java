@NullMarked
package io.nurs.netflow9;

import org.jspecify.annotations.NullMarked;
