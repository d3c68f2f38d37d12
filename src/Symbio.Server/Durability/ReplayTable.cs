using System.Collections.Concurrent;
using Symbio.Protocol.Smb2;
using Symbio.Server.Opens;

namespace Symbio.Server.Durability;

/// <summary>Names a CREATE: Open.ClientGuid and Open.CreateGuid, [MS-SMB2] 3.3.1.10.</summary>
internal readonly record struct CreateId(Guid Client, Guid Create);

/// <summary>
/// The CREATE requests that a client may send once more because it does not know what became of them: under way, or
/// answered and their opens not used yet (Open.IsReplayEligible).
/// </summary>
internal sealed class ReplayTable
{
    private readonly ConcurrentDictionary<CreateId, CreateReplay> _replays = new();

    public int Count => _replays.Count;

    /// <summary>The CREATE of this id: <paramref name="mine"/> when there was none, and the caller carries it out.</summary>
    public CreateReplay Enter(CreateId id, out bool mine)
    {
        var created = new CreateReplay(this, id);
        CreateReplay found = _replays.GetOrAdd(id, created);
        mine = ReferenceEquals(found, created);
        return found;
    }

    public void Remove(CreateReplay replay) => _replays.TryRemove(new(replay.Id, replay));
}

/// <summary>A CREATE request that may come once more.</summary>
internal sealed class CreateReplay(ReplayTable table, CreateId id)
{
    private volatile Open? _open;

    public CreateId Id => id;

    /// <summary>What the CREATE made; null while it is under way.</summary>
    public Open? Open => _open;

    /// <summary>How the CREATE was answered.</summary>
    public CreateResponse Response { get; private set; }

    /// <summary>The CREATE has succeeded.</summary>
    public void Complete(Open open, in CreateResponse response)
    {
        Response = response;
        _open = open;
    }

    /// <summary>The CREATE has failed, or its open has been used or closed: it may not come once more.</summary>
    public void End() => table.Remove(this);
}
