using System.Collections.Concurrent;

namespace Symbio.Rpc.Runtime;

/// <summary>
/// Connections of one client that share their context handles, [C706] 9.3.3.1. A client names the group of its first
/// connection when it binds another; it has to be the same caller at the same endpoint.
/// </summary>
internal sealed class RpcAssociationGroup
{
    private readonly Lock _lock = new();
    private readonly RpcAssociationGroups _groups;
    private readonly RpcEndpoint _endpoint;
    private readonly RpcCaller _caller;
    private int _connections = 1;

    public RpcAssociationGroup(RpcAssociationGroups groups, uint id, RpcEndpoint endpoint, RpcCaller caller, int maxHandles)
    {
        _groups = groups;
        _endpoint = endpoint;
        _caller = caller;
        Id = id;
        Handles = new RpcContextHandles(maxHandles);
    }

    public uint Id { get; }

    public RpcContextHandles Handles { get; }

    public bool TryJoin(RpcEndpoint endpoint, RpcCaller caller)
    {
        if (endpoint != _endpoint || caller.UserName != _caller.UserName || caller.DomainName != _caller.DomainName ||
            caller.IsAuthenticated != _caller.IsAuthenticated || caller.ClientAddress != _caller.ClientAddress)
        {
            return false;
        }

        lock (_lock)
        {
            if (_connections == 0)
                return false;
            _connections++;
            return true;
        }
    }

    /// <summary>A connection has ended; the last one runs down the handles.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            if (--_connections > 0)
                return;
        }

        _groups.Remove(this);
        Handles.RunDown();
    }
}

/// <summary>The association groups of one server.</summary>
internal sealed class RpcAssociationGroups
{
    private readonly ConcurrentDictionary<uint, RpcAssociationGroup> _groups = [];
    private int _last;

    public int Count => _groups.Count;

    /// <summary>Makes a group, or joins the one that the client names; null when there is none it may join.</summary>
    public RpcAssociationGroup? Enter(uint id, RpcEndpoint endpoint, RpcCaller caller, int maxHandles)
    {
        if (id != 0)
            return _groups.TryGetValue(id, out var known) && known.TryJoin(endpoint, caller) ? known : null;

        while (true)
        {
            var group = new RpcAssociationGroup(this, NextId(), endpoint, caller, maxHandles);
            if (_groups.TryAdd(group.Id, group))
                return group;
        }
    }

    public void Remove(RpcAssociationGroup group) => _groups.TryRemove(group.Id, out _);

    /// <summary>Starts high, so that a client's guess of 1 finds nothing; never 0.</summary>
    private uint NextId() => 0x0001_0000 + (uint)(Interlocked.Increment(ref _last) & 0x7FFF_FFFF);
}
