using System.Text.Json;
using System.Text.Json.Serialization;
using Symbio.Cluster;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Leases;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Durability.Persistence;

/// <summary>All that must be known to have a persistent open again after the server has died, [MS-SMB2] 3.3.1.10.</summary>
internal sealed record PersistentHandle
{
    public required ulong Persistent { get; init; }

    public required ulong Volatile { get; init; }

    public required string Share { get; init; }

    /// <summary>Where the file was; whether it is still the same one its key tells.</summary>
    public required string Path { get; init; }

    /// <summary>Where it is being moved; the server may have died before or after that was done. Null for nowhere.</summary>
    public string? NextPath { get; init; }

    public required string Stream { get; init; }

    public required FileKey Key { get; init; }

    public required string FileName { get; init; }

    public required string Owner { get; init; }

    public required Guid ClientGuid { get; init; }

    public required Guid CreateGuid { get; init; }

    public required StoreCaller Caller { get; init; }

    public required AccessMask Access { get; init; }

    public required AccessMask TreeAccess { get; init; }

    public required ShareAccess ShareAccess { get; init; }

    public required CreateOptions Options { get; init; }

    public required TimeSpan Timeout { get; init; }

    public required DateTimeOffset Opened { get; init; }

    public required bool DeletePending { get; init; }

    /// <summary>In whose name that is done; null: the open's own <see cref="Caller"/>.</summary>
    public StoreCaller? Deleter { get; init; }

    public Guid? Application { get; init; }

    public AppInstanceVersion? ApplicationVersion { get; init; }

    /// <summary>The open has POSIX semantics.</summary>
    public bool Posix { get; init; }

    /// <summary>What is cached; for an oplock <see cref="LeaseKey"/> is null.</summary>
    public required LeaseState Cached { get; init; }

    public required bool HasOplock { get; init; }

    public Guid? LeaseKey { get; init; }

    public required bool LeaseHasEpoch { get; init; }

    public required ushort LeaseEpoch { get; init; }

    public required IReadOnlyList<PersistentLock> Locks { get; init; }

    /// <summary>Counts the records that the server has kept: of two the later one has the larger number.</summary>
    public long Order { get; init; }

    /// <summary>Open.LockSequenceArray; null for an unused one.</summary>
    public byte[]? LockSequences { get; init; }

    /// <summary>What <see cref="ToRecord"/> has made; null for bytes that say nothing sensible.</summary>
    public static PersistentHandle? FromRecord(ReadOnlySpan<byte> record)
    {
        try
        {
            return JsonSerializer.Deserialize(record, PersistentHandleJson.Default.PersistentHandle);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public byte[] ToRecord() => JsonSerializer.SerializeToUtf8Bytes(this, PersistentHandleJson.Default.PersistentHandle);

    /// <summary>The open as it is now.</summary>
    /// <param name="path">What its file is called.</param>
    /// <param name="nextPath">What it is about to be called; null when nobody renames it.</param>
    public static PersistentHandle Of(Open open, long order, string path, string? nextPath)
    {
        DurableState durable = open.Durable!;
        CacheGrant grant = open.Claim.Cache;
        Lease? lease = open.Caching as Lease;
        return new PersistentHandle
        {
            Persistent = open.FileId.Persistent,
            Volatile = open.FileId.Volatile,
            Share = open.Tree.Share.Name,
            Path = path,
            NextPath = nextPath,
            Stream = open.File.StreamName,
            Key = open.File.Key,
            FileName = open.FileName,
            Owner = durable.Owner.ToString(),
            ClientGuid = durable.ClientGuid,
            CreateGuid = durable.CreateGuid!.Value,
            Caller = open.Tree.Caller,
            Access = open.GrantedAccess,
            TreeAccess = open.Tree.MaximalAccess,
            ShareAccess = open.ShareAccess,
            Options = open.CreateOptions,
            Timeout = durable.Timeout,
            Opened = open.Opened,
            DeletePending = open.Claim.IsDeletePending,
            Deleter = open.Claim.Deleter as StoreCaller,
            Application = open.Application,
            ApplicationVersion = open.ApplicationVersion,
            Posix = open.IsPosix,
            Cached = grant.State,
            HasOplock = open.Caching is Oplock,
            LeaseKey = lease?.Id.Key,
            LeaseHasEpoch = lease?.HasEpoch ?? false,
            LeaseEpoch = grant.Epoch,
            Locks = [.. open.Claim.GetLocks().Select(l => new PersistentLock(l.Range.Offset, l.Range.Length, l.Exclusive))],
            Order = order,
            LockSequences = open.LockSequences.Save(),
        };
    }
}

/// <summary>A byte-range lock of a <see cref="PersistentHandle"/>.</summary>
internal readonly record struct PersistentLock(ulong Offset, ulong Length, bool Exclusive);

[JsonSerializable(typeof(PersistentHandle))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class PersistentHandleJson : JsonSerializerContext;
