using Symbio.Cluster;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Leases;
using Symbio.Server.Opens;
using Symbio.Simulation.Clients;
using Symbio.Simulation.Model;
using Symbio.Storage;

namespace Symbio.Simulation;

/// <content>What must hold after every step.</content>
internal sealed partial class World
{
    private const AccessMask SharedAccess =
        AccessMask.ReadData | AccessMask.Execute | AccessMask.WriteData | AccessMask.AppendData | AccessMask.Delete;

    private readonly List<Open> _open = [];

    /// <summary>A line on which what one end says the other hears.</summary>
    public static bool IsHealthy(Line line) => !line.IsCut && !line.IsReset && !line.Life.HasDied && !line.IsServerClosed;

    /// <summary>The session lives as far as anybody can tell: one of its lines is in order.</summary>
    public bool IsCertain(ClientSession session) => !session.HasEnded && session.Lines.Any(l => IsHealthy(l.Line));

    public ulong? FileOf(FileId id) =>
        Life.Server.Opens.TryGet(id.Persistent, out Open open) && open.StoreFile is { } file
            ? FileModel.IdOf(file.Key.FileId, file.StreamName.Length > 0)
            : null;

    /// <summary>The client's persistent open waits for it, and has to be given back.</summary>
    public bool MustComeBack(ClientOpen open)
    {
        TimeSpan away = Clock.GetUtcNow() - open.Lost!.Value;
        if (away >= open.Timeout - TimeSpan.FromSeconds(1))
            return false;
        if (!Life.Server.Opens.TryGet(open.FileId.Persistent, out Open kept))
            throw new InvariantViolation("persistent", $"{open.FileId} of client {open.Session.Client.Index} is gone after {away}");
        return kept.IsDetached && _clockTarget is null;
    }

    /// <summary>Who has just been let in is not in anybody's way, as far as clients know.</summary>
    public void CheckShared(ClientOpen open)
    {
        foreach (ClientOpen other in CertainOpens(open.File))
        {
            if (other != open && open.IsUsable && IsCertain(open.Session)
                && (Denies(open.Share, open.Access, other.Access) || Denies(other.Share, other.Access, open.Access)))
            {
                throw new InvariantViolation(
                    "sharing", $"file {open.File} is open as {open.Access} sharing {open.Share} and as {other.Access} sharing {other.Share}");
            }
        }
    }

    /// <summary>The lock that has just been granted overlaps none that excludes it.</summary>
    public void CheckLocks(ClientOpen open)
    {
        HeldLock mine = open.Locks[^1];
        foreach (ClientOpen other in CertainOpens(open.File))
        {
            foreach (HeldLock held in other.Locks)
            {
                if (other != open && (mine.Exclusive || held.Exclusive) && held.Overlaps(mine.Offset, mine.Length) && open.IsUsable)
                    throw new InvariantViolation("locks", $"{mine} was granted beside {held} on file {open.File}");
            }
        }
    }

    /// <summary>What has just been read or written was not locked by another all the while.</summary>
    public void CheckLocked(ClientOpen open, int slot, int count, long sent, bool write)
    {
        foreach (ClientOpen other in CertainOpens(open.File))
        {
            foreach (HeldLock held in other.Locks)
            {
                if (other != open && (held.Exclusive || write) && held.Since < sent
                    && held.Overlaps((ulong)(slot * FileModel.SlotSize), (ulong)(count * FileModel.SlotSize)))
                {
                    throw new InvariantViolation(
                        "locks", $"{(write ? "written" : "read")} past {held} on file {open.File}, slots {slot}+{count}");
                }
            }
        }
    }

    /// <summary>A write has been acknowledged: it is there.</summary>
    public void OnWritten(ulong file)
    {
        long oldest = _reads.Count > 0 ? _reads.Min() : Now;
        FileModel model = ModelOf(file);
        for (int slot = 0; slot < FileModel.Slots; slot++)
            model.Prune(slot, oldest);
    }

    private void CheckAll()
    {
        EndDoubts();
        _open.Clear();
        _open.AddRange(Life.Server.Opens.All);
        CheckOpens();
        foreach (Client client in _clients)
        {
            foreach (ClientLine line in client.Lines)
                CheckCredits(line);
            CheckBeliefs(client);
        }
    }

    // What a connection had under way has happened, or will not, once its end has been cleared away.
    private void EndDoubts()
    {
        for (int i = _doubtful.Count - 1; i >= 0; i--)
        {
            if (!_doubtful[i].Connection.WhenEnded.IsCompleted)
                continue;
            foreach (SlotWrite write in _doubtful[i].Writes)
                write.MayHaveHappenedUntil(Now);
            _doubtful.RemoveAt(i);
        }
    }

    // Share modes and leases, between the opens that the server has.
    private void CheckOpens()
    {
        for (int i = 0; i < _open.Count; i++)
        {
            Open one = _open[i];
            if (one.StoreFile is null || one.IsClosed)
                continue;
            CheckStreamExists(one);
            for (int j = i + 1; j < _open.Count; j++)
            {
                Open other = _open[j];
                if (other.StoreFile is null || other.IsClosed || one.File.Key != other.File.Key || one.File.StreamName != other.File.StreamName)
                    continue;
                if (Denies(one.ShareAccess, one.GrantedAccess, other.GrantedAccess)
                    || Denies(other.ShareAccess, other.GrantedAccess, one.GrantedAccess))
                {
                    throw new InvariantViolation(
                        "sharing",
                        $"the server has {one.FileId} ({one.GrantedAccess} sharing {one.ShareAccess}) beside {other.FileId} ({other.GrantedAccess} sharing {other.ShareAccess})");
                }

                // While nobody renames it: whoever has the file open by its name sees whether that is about to go.
                if (Life.Server.Renames.Count is not null && one.File.Path == other.File.Path
                    && one.Claim.IsDeletePending != other.Claim.IsDeletePending)
                {
                    throw new InvariantViolation(
                        "names", $"{one.File.Path} is to be deleted for {(one.Claim.IsDeletePending ? one : other).FileId} alone of {one.FileId} and {other.FileId}");
                }

                if (one.Caching is null || other.Caching is null || one.Caching == other.Caching)
                    continue;
                LeaseState mine = one.Claim.Cache.State, theirs = other.Claim.Cache.State;
                if (((mine & LeaseState.WriteCaching) != 0 && theirs != LeaseState.None)
                    || ((theirs & LeaseState.WriteCaching) != 0 && mine != LeaseState.None))
                {
                    throw new InvariantViolation("leases", $"{one.FileId} may cache {mine}, {other.FileId} {theirs}, of one file");
                }
            }
        }
    }

    // What is written to a stream that is open is there for whoever has it open.
    private void CheckStreamExists(Open open)
    {
        if (open.File.StreamName.Length == 0 || OpenStore(open.File.Path)?.Key != open.File.Key)
            return;
        if (OpenStore($"{open.File.Path}:{open.File.StreamName}") is null)
            throw new InvariantViolation("content", $"{open.FileId} is open, and {open.File.Path}:{open.File.StreamName} does not exist");
    }

    // When nothing is under way, both ends agree on how many requests the client may send.
    private static void CheckCredits(ClientLine line)
    {
        if (!IsHealthy(line.Line) || line.Line.WaitingForClient > 0 || line.Line.WaitingForServer > 0
            || line.Line.HasCongested || line.Unanswered > 0)
        {
            return;
        }

        int granted = line.Connection.Window.Credits;
        if (granted != line.Credits)
            throw new InvariantViolation("credits", $"{line} has {line.Credits} credits, and the server believes {granted}");
    }

    // What a client believes that it may cache, and nobody is about to tell it otherwise, it may.
    private void CheckBeliefs(Client client, bool certain = false)
    {
        if (client.Session is not { IsReady: true } session || (session.HasDoubtfulChannel && !certain) || !Life.IsIdle)
            return;
        foreach (ClientLine line in session.Lines)
        {
            if (!IsHealthy(line.Line) || line.Line.WaitingForClient > 0 || line.Line.WaitingForServer > 0
                || line.Line.HasCongested || line.Unanswered > 0)
            {
                return;
            }
        }

        foreach (ClientOpen open in client.Opens)
        {
            if (!open.IsUsable || !Life.Server.Opens.TryGet(open.FileId.Persistent, out Open known))
                continue;
            LeaseState believed = open.Lease is null ? Oplock.StateOf(open.Oplock) : open.Lease.State;
            if (open.OplockBreak is not null || open.IsDoubtful || open.Lease is { Break: not null } or { IsDoubtful: true } || open.Lease is { Asking: > 0 })
                continue;
            CacheGrant grant = known.Claim.Cache;
            if ((believed & ~grant.State) != 0 || (grant.Breaking && believed != LeaseState.None && !WasTold(open)))
                throw new InvariantViolation("beliefs", $"client {client.Index} believes to have {believed} on {open.Name} ({open.FileId.Persistent:x}), and the server {grant}; {string.Join(", ", session.Lines)}");
            CheckCached(client, open, believed);
            CheckListing(client, open, believed);
        }
    }

    private static bool WasTold(ClientOpen open) => open.Ignored || open.Lease is { Ignored: true };

    // What a client keeps because it was promised to be told of changes is what it would read.
    private void CheckCached(Client client, ClientOpen open, LeaseState believed)
    {
        if (open.Cached is not { } cached || (believed & LeaseState.ReadCaching) == 0)
            return;
        for (int slot = 0; slot < cached.Length; slot++)
        {
            if (cached[slot] is { } value && !Allows(open.Model, slot, value, Now))
            {
                throw new InvariantViolation(
                    "coherence", $"client {client.Index} keeps {value:x} in slot {slot} of {open.Name} under {believed}; it may be {open.Model.Describe(slot)}");
            }
        }
    }

    // Nor have the names in a directory changed.
    private void CheckListing(Client client, ClientOpen open, LeaseState believed)
    {
        if (open.Listing is not { } listing || (believed & LeaseState.ReadCaching) == 0)
            return;
        string kept = string.Join(", ", listing), there = string.Join(", ", _files.Where(Exists));
        if (kept != there)
            throw new InvariantViolation("coherence", $"client {client.Index} keeps a listing of {kept} under {believed}; there are {there}");
    }

    private bool Exists(string name) => OpenStore(name) is not null;

    // A file, or a stream of one; null where there is none.
    private IStoreFile? OpenStore(string name)
    {
        string[] parts = name.Split(':');
        (NtStatus status, IStoreFile? file) = Files.OpenAsync(
            parts[0], new StoreOpenOptions(StoreAccess.Read), StoreCaller.Service, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        if (status == NtStatus.Success && parts.Length > 1)
        {
            (status, file) = file!.OpenStreamAsync(parts[1], create: false, StoreAccess.Read, CancellationToken.None)
                .AsTask().GetAwaiter().GetResult();
        }

        return status == NtStatus.Success ? file : null;
    }

    // The store itself, whoever may read it: what has been acknowledged is there.
    private void CheckStore(bool settle)
    {
        byte[] data = new byte[FileModel.Slots * FileModel.SlotSize];
        foreach (string name in _names)
        {
            if (OpenStore(name) is not { } file)
                continue;
            FileModel model = ModelOf(FileModel.IdOf(file.Key.FileId, file.StreamName.Length > 0));
            (_, int count) = file.ReadAsync(0, data, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            for (int slot = 0; slot < FileModel.Slots; slot++)
            {
                ulong value = FileModel.ValueAt(data.AsSpan(0, count), slot);
                if (!model.Allows(slot, value, Now, Now))
                    throw new InvariantViolation("content", $"the store holds {value:x} in slot {slot} of {name}; it may hold {model.Describe(slot)}");
                if (settle)
                    model.Settle(slot, value, Now);
            }

            if (settle && file.StreamName.Length > 0)
                model.MayBeOverwritten(Now); // Who has it open still may have been told that it goes when it is closed.
        }
    }

    private IEnumerable<ClientOpen> CertainOpens(ulong file) =>
        _clients.SelectMany(c => c.Opens).Where(o => o.File == file && o.IsUsable && IsCertain(o.Session));

    private static bool Denies(ShareAccess share, AccessMask own, AccessMask other) =>
        (own & SharedAccess) != 0
        && (((share & ShareAccess.Read) == 0 && (other & (AccessMask.ReadData | AccessMask.Execute)) != 0)
            || ((share & ShareAccess.Write) == 0 && (other & (AccessMask.WriteData | AccessMask.AppendData)) != 0)
            || ((share & ShareAccess.Delete) == 0 && (other & AccessMask.Delete) != 0));
}
