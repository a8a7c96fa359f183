package io.nurs.appliance.http;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All pages.
 *
 * @param pages by path, such as {@code /metrics}
 * @param open paths of those that everybody may read, whoever else has to log in
 */
public record Site(Map<String, Page> pages, Set<String> open) {
    public Site {
        pages = Map.copyOf(pages);
        open = Set.copyOf(open);
    }

    /** With one more. */
    public Site with(String path, Page page) {
        Map<String, Page> more = new HashMap<>(pages);
        more.put(path, page);
        return new Site(more, open);
    }

    @Nullable
    Page page(String path) {
        return pages.get(path);
    }
}
