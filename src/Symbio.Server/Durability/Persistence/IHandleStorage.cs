namespace Symbio.Server.Durability.Persistence;

/// <summary>
/// Where persistent handles are kept: a record for each, which outlives the server. Failures are an
/// <see cref="IOException"/> or an <see cref="UnauthorizedAccessException"/>.
/// </summary>
public interface IHandleStorage
{
    /// <summary>Keeps a record, in place of an earlier one of its name; it is safe when this completes.</summary>
    ValueTask SaveAsync(string name, ReadOnlyMemory<byte> record);

    /// <summary>Forgets a record; one that is not there is not missed.</summary>
    void Remove(string name);

    /// <summary>What earlier lives of the server have left, in an order that is always the same.</summary>
    IEnumerable<(string Name, byte[] Record)> Load();
}
