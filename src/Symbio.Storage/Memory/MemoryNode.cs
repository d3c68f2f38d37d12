using System.Diagnostics;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Storage.Memory;

/// <summary>
/// A file or directory: what all its names share. Its gate guards everything but data and directory entries, and is
/// taken after a directory's gate, never two at once.
/// </summary>
internal sealed partial class MemoryNode
{
    /// <summary>What a node or a named stream takes of the capacity, besides data.</summary>
    public const int Overhead = 1024;

    private const uint MaxLinks = 1024;

    private const FileAttributes NotStored =
        FileAttributes.Directory | FileAttributes.Normal | FileAttributes.ReparsePoint;

    private readonly Lock _gate = new();
    private readonly SpaceLedger _ledger;
    private FileAttributes _attributes;
    private FileTime _creationTime;
    private FileTime _lastAccessTime;
    private FileTime _lastWriteTime;
    private FileTime _changeTime;
    private byte[]? _securityDescriptor;
    private uint _linkCount = 1;
    private int _openCount;

    /// <summary>
    /// A node with one link, or the root; <see cref="Overhead"/> has been taken from the ledger.
    /// </summary>
    public MemoryNode(
        SpaceLedger ledger, ulong id, StoreCreateOptions options, MemoryLink.Location? place, FileTime now)
    {
        _ledger = ledger;
        Id = id;
        _attributes = options.Attributes & ~NotStored;
        _creationTime = _lastAccessTime = _lastWriteTime = _changeTime = now;
        _securityDescriptor = options.SecurityDescriptor?.ToArray();
        FirstLink = place is null ? null : new MemoryLink(this, place);
        if (options.IsDirectory)
            Directory = new MemoryDirectory(this, FirstLink);
        else
            Data = new MemoryData(ledger);
    }

    public ulong Id { get; }

    /// <summary>The name it was made with, which may be gone; null for the root.</summary>
    public MemoryLink? FirstLink { get; }

    /// <summary>The entries; null for a file.</summary>
    public MemoryDirectory? Directory { get; }

    /// <summary>The unnamed stream; null for a directory.</summary>
    public MemoryData? Data { get; }

    public FileStat GetStat(MemoryData? data, MemoryNamedStream? stream = null)
    {
        lock (_gate)
        {
            return new FileStat(
                Id, _attributes | (Directory is null ? 0 : FileAttributes.Directory)
                    | (_reparse is null ? 0 : FileAttributes.ReparsePoint),
                (ulong)(data?.Length ?? 0), (ulong)(data?.Allocated ?? 0),
                _creationTime, _lastAccessTime, _lastWriteTime, _changeTime,
                stream is { IsRemoved: true } ? 0 : _linkCount, (uint)(_reparse?.Tag ?? ReparseTag.None), _eaSize);
        }
    }

    /// <summary>Exactly what is asked; without a ChangeTime it is now.</summary>
    public void SetBasicInfo(in BasicInfoChange change, FileTime now)
    {
        lock (_gate)
        {
            _creationTime = change.CreationTime ?? _creationTime;
            _lastAccessTime = change.LastAccessTime ?? _lastAccessTime;
            _lastWriteTime = change.LastWriteTime ?? _lastWriteTime;
            _changeTime = change.ChangeTime ?? now;
            _attributes = (change.Over(_attributes) ?? FileAttributes.None) & ~NotStored;
        }
    }

    /// <summary>Data, or the entries of a directory, changed.</summary>
    public void TouchContent(FileTime now)
    {
        lock (_gate)
        {
            _lastWriteTime = now;
            _changeTime = now;
        }
    }

    /// <summary>A name of the node changed.</summary>
    public void TouchName(FileTime now)
    {
        lock (_gate)
            _changeTime = now;
    }

    /// <summary>Self-relative; null when none was ever given. Never changed in place.</summary>
    public byte[]? SecurityDescriptor
    {
        get
        {
            lock (_gate)
                return _securityDescriptor;
        }
    }

    public void SetSecurityDescriptor(byte[] descriptor, FileTime now)
    {
        lock (_gate)
        {
            _securityDescriptor = descriptor;
            _changeTime = now;
        }
    }

    /// <summary>Counts one more name, unless there is none any more or there are as many as NTFS allows.</summary>
    public NtStatus AddLink(FileTime now)
    {
        lock (_gate)
        {
            if (_linkCount == 0)
                return NtStatus.AccessDenied;
            if (_linkCount >= MaxLinks)
                return NtStatus.TooManyLinks;
            _linkCount++;
            _changeTime = now;
            return NtStatus.Success;
        }
    }

    public void DropLink(FileTime now)
    {
        lock (_gate)
        {
            Debug.Assert(_linkCount > 0);
            _linkCount--;
            _changeTime = now;
            DiscardIfUnused();
        }
    }

    /// <summary>Counts a handle. The node has a link or a handle that stays until this returns.</summary>
    public void AddOpen(MemoryNamedStream? stream)
    {
        lock (_gate)
        {
            _openCount++;
            if (stream is not null)
                stream.OpenCount++;
        }
    }

    public void DropOpen(MemoryNamedStream? stream)
    {
        lock (_gate)
        {
            Debug.Assert(_openCount > 0);
            _openCount--;
            if (stream is { OpenCount: var opens })
            {
                stream.OpenCount = opens - 1;
                DiscardIfUnused(stream);
            }

            DiscardIfUnused();
        }
    }

    /// <summary>Gives the space back when neither name nor handle is left. Under the gate.</summary>
    private void DiscardIfUnused()
    {
        if (_linkCount > 0 || _openCount > 0)
            return;
        Data?.Discard();
        foreach (var stream in _streams.Values)
        {
            stream.IsRemoved = true;
            DiscardIfUnused(stream);
        }

        _streams.Clear();
        _ledger.Return(Overhead);
    }
}
