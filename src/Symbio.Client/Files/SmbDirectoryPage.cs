using Symbio.Client.Connections;
using Symbio.Protocol.Fscc;

namespace Symbio.Client;

/// <summary>A part of a listing, in the buffer that it was received in. Valid until disposed, which is to be done once.</summary>
public readonly struct SmbDirectoryPage : IDisposable
{
    private readonly Reply _reply;
    private readonly FileInformationClass _informationClass;
    private readonly ReadOnlyMemory<byte> _entries;

    internal SmbDirectoryPage(in Reply reply, FileInformationClass informationClass, ReadOnlyMemory<byte> entries)
    {
        _reply = reply;
        _informationClass = informationClass;
        _entries = entries;
    }

    /// <summary>There are no more entries.</summary>
    public bool IsEnd => _entries.IsEmpty;

    /// <summary>Walks the entries without copying; the walker says whether they were well-formed.</summary>
    public DirectoryEntryReader GetReader() => new(_entries, _informationClass);

    /// <summary>The entries, copied; malformed ones end the connection.</summary>
    public IReadOnlyList<SmbDirectoryEntry> ToEntries()
    {
        var entries = new List<SmbDirectoryEntry>();
        DirectoryEntryReader reader = GetReader();
        while (reader.MoveNext())
            entries.Add(new SmbDirectoryEntry(reader.Name.ToString(), reader.ShortName.ToString(), reader.Current));
        return reader.IsValid ? entries : throw _reply.Connection.Fail("an entry of its listing is malformed");
    }

    public void Dispose() => _reply.Dispose();
}

/// <summary>An entry of a directory.</summary>
/// <param name="ShortName">The 8.3 name; empty when there is none.</param>
public sealed record SmbDirectoryEntry(string Name, string ShortName, DirectoryEntry Information);
