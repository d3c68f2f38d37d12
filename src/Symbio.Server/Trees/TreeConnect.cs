using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Sessions;
using Symbio.Storage;

namespace Symbio.Server.Trees;

/// <summary>A tree connect, [MS-SMB2] 3.3.1.9. Made by who holds the share (<see cref="Share.TryHold"/>); it gives that back.</summary>
internal sealed class TreeConnect(
    uint treeId, Session session, Share share, AccessMask maximalAccess, StoreCaller caller, DateTimeOffset creationTime)
{
    private int _openCount;
    private int _released;
    private int _uses = 1; // The tree until it ends, every request that is at work in it and every handle that is open.

    /// <summary>TreeConnect.TreeId</summary>
    public uint TreeId => treeId;

    /// <summary>TreeConnect.Session</summary>
    public Session Session => session;

    /// <summary>TreeConnect.Share</summary>
    public Share Share => share;

    /// <summary>TreeConnect.MaximalAccess</summary>
    public AccessMask MaximalAccess => maximalAccess;

    /// <summary>Whom file-system operations through this tree run as.</summary>
    public StoreCaller Caller => caller;

    /// <summary>TreeConnect.CreationTime</summary>
    public DateTimeOffset CreationTime => creationTime;

    /// <summary>The client is one of macOS that has asked for Apple's extensions, and the share has them.</summary>
    public bool IsApple => session.AppleCapabilities is not null && share.HasAppleExtensions;

    /// <summary>The client has said that it understands Apple's listings, and was told that it gets them.</summary>
    public bool HasAppleListings =>
        session.AppleCapabilities is { } told && (told & AaplCapabilities.ReadDirAttr) != 0 && share.HasAppleExtensions;

    /// <summary>The client was told that owners and modes come as entries of the DACL.</summary>
    public bool HasNfsAces =>
        session.AppleCapabilities is { } told && (told & AaplCapabilities.NfsAce) != 0 && share.HasAppleExtensions;

    /// <summary>TreeConnect.OpenCount</summary>
    public int OpenCount => Volatile.Read(ref _openCount);

    public void AddOpen()
    {
        Interlocked.Increment(ref _openCount);
        session.CountOpen(1);
    }

    public void RemoveOpen()
    {
        Interlocked.Decrement(ref _openCount);
        session.CountOpen(-1);
    }

    /// <summary>The tree has ended: nothing is opened through it any more.</summary>
    public bool IsClosed => Volatile.Read(ref _released) != 0;

    /// <summary>Ends the tree and gives the share's use back, once. Its opens are the caller's business.</summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref _released, 1) != 0)
            return;
        share.Leave();
        EndUse();
    }

    /// <summary>Keeps the share's store until <see cref="EndUse"/>; false when the tree has ended.</summary>
    public bool TryUse()
    {
        int uses = Volatile.Read(ref _uses);
        while (uses > 0 && !IsClosed)
        {
            int seen = Interlocked.CompareExchange(ref _uses, uses + 1, uses);
            if (seen == uses)
                return true;
            uses = seen;
        }

        return false;
    }

    /// <summary>As <see cref="TryUse"/>, for somebody who works for a request that uses the tree.</summary>
    public void AddUse() => Interlocked.Increment(ref _uses);

    public void EndUse()
    {
        if (Interlocked.Decrement(ref _uses) == 0)
            share.EndHold();
    }
}
