package io.nurs.netlink.nftables;

import io.netty.util.AbstractReferenceCounted;
import io.netty.util.ReferenceCounted;
import io.nurs.netlink.NetlinkRequest;
import java.util.List;

/**
 * Requests that the kernel carries out all together or not at all. Write it to a channel that has an
 * {@link NftablesBatchTracker}; it owns the requests.
 */
public final class NftablesBatch extends AbstractReferenceCounted {
    private final List<NetlinkRequest> requests;

    /** @param requests in the order in which they depend on each other; each asks for an acknowledgement */
    public NftablesBatch(List<NetlinkRequest> requests) {
        if (requests.isEmpty()) {
            throw new IllegalArgumentException("a batch without a request is never answered");
        }
        this.requests = List.copyOf(requests);
    }

    List<NetlinkRequest> requests() {
        return requests;
    }

    @Override
    protected void deallocate() {
        requests.forEach(ReferenceCounted::release);
    }

    @Override
    public NftablesBatch touch(Object hint) {
        requests.forEach(request -> request.touch(hint));
        return this;
    }
}
