using Symbio.Security.Spnego;

namespace Symbio.Security.Gss;

/// <summary>What a server accepts tickets with.</summary>
public sealed record KerberosOptions
{
    /// <summary>The key table with the service's keys; read again for every logon, so that new keys count at once.</summary>
    public required string Keytab { get; init; }

    /// <summary>
    /// The file that remembers what clients have sent, so that nobody who has listened sends it once more; null for the
    /// library's own default, below /var/tmp.
    /// </summary>
    public string? ReplayCache { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>Kerberos for a server, as SPNEGO chooses it: MIT's GSSAPI does the work.</summary>
public sealed class KerberosMechanism(KerberosOptions options, IKerberosAccounts accounts) : ISecurityMechanism, IDisposable
{
    // Files are read and name services asked: that many threads may be waiting for them, whatever clients do.
    private readonly SemaphoreSlim _workers = new(Math.Max(4, 2 * Environment.ProcessorCount));

    /// <summary>Windows offers the one with the slip first, and so do we.</summary>
    public IReadOnlyList<string> Oids { get; } = [MechanismOids.MicrosoftKerberos, MechanismOids.Kerberos];

    internal KerberosOptions Options => options;

    internal IKerberosAccounts Accounts => accounts;

    /// <summary>Why it will not work, for who starts a server; null when nothing is in the way.</summary>
    public static string? FindProblem(string keytab)
    {
        try
        {
            using var file = File.OpenRead(keytab);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"the key table {keytab} cannot be read: {e.Message}";
        }

        return GssApi.FindProblem();
    }

    public ISecurityContext CreateAcceptor() => new KerberosAcceptor(this);

    /// <summary>A token of RFC 4121 4.1 without SPNEGO around it.</summary>
    public bool RecognizesToken(ReadOnlySpan<byte> token)
    {
        var reader = new DerReader(token);
        if (!reader.TryRead(DerReader.Application0, out var content))
            return false;
        reader = new DerReader(content);
        return reader.TryRead(DerReader.ObjectIdentifier, out var oid)
            && (oid.SequenceEqual(KerberosOid.Bytes) || oid.SequenceEqual(KerberosOid.MicrosoftBytes));
    }

    public void Dispose() => _workers.Dispose();

    /// <summary>Runs what may block, beside the caller and never more at once than there are workers.</summary>
    internal async ValueTask<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        await _workers.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(work, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _workers.Release();
        }
    }
}
