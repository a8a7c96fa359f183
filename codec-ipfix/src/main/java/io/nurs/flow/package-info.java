@NullMarked
package io.nurs.flow;

import org.jspecify.annotations.NullMarked;
