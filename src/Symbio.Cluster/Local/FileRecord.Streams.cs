using Symbio.Protocol;

namespace Symbio.Cluster.Local;

/// <summary>Streams that get another name, [MS-FSA] 2.1.5.15.11.1.</summary>
internal sealed partial class FileRecord
{
    private int _renames; // Under way.

    public NtStatus TryBeginRenameStream(FileClaim claim, string stream)
    {
        lock (Lock)
        {
            if (claim.IsReleased || DeletionOf(claim.Link, claim.On) is not null)
                return NtStatus.AccessDenied;
            if (IsBeingRenamed(claim.On.Name) || IsBeingRenamed(stream) || claim.On.Opens > 1)
                return NtStatus.SharingViolation;
            if (Find(stream) is { } target && target != claim.On)
                return NtStatus.InvalidParameter; // Be it one that is about to go, and takes the stream along.
            claim.On.NextName = stream;
            _renames++;
            return NtStatus.Success;
        }
    }

    public void EndRenameStream(FileClaim claim, bool renamed)
    {
        lock (Lock)
        {
            if (claim.On.NextName is not { } next)
                return;
            claim.On.NextName = null;
            _renames--;
            if (!renamed || next == claim.On.Name || claim.On.Claims == 0)
                return;

            // Locks, who waits for one, the oplock and a deletion are the stream's, and go with it.
            Forget(claim.On);
            claim.On.Name = next;
            Know(claim.On);
        }
    }

    private bool IsBeingRenamed(string stream)
    {
        if (_renames == 0)
            return false;
        bool found = _unnamed is { NextName: { } next } && (stream.Length == 0 || next == stream);
        foreach (StreamRecord named in _named?.Values ?? Enumerable.Empty<StreamRecord>())
            found |= named.NextName is { } other && (other == stream || named.Name == stream);
        return found;
    }
}
