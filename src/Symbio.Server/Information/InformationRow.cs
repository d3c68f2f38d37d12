using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;

namespace Symbio.Server.Information;

/// <summary>What one information class can do: a row of <see cref="FileInformationTable"/> and its like.</summary>
internal sealed class InformationRow
{
    private QueryInformation? _query;
    private Func<InformationSet, ValueTask<NtStatus>>? _set;

    private InformationRow()
    {
    }

    public bool CanQuery => _query is not null;

    public bool CanSet => _set is not null;

    /// <summary>Answered to a query when there is none.</summary>
    public NtStatus QueryRefusal { get; private init; } = NtStatus.NotSupported;

    /// <summary>Answered to a set when there is none.</summary>
    public NtStatus SetRefusal { get; private init; } = NtStatus.InvalidInfoClass;

    /// <summary>Bytes that the client must take, or STATUS_INFO_LENGTH_MISMATCH.</summary>
    public int QueryMinimum { get; private init; }

    /// <summary>Bytes that a set must bring, or STATUS_INFO_LENGTH_MISMATCH.</summary>
    public int SetMinimum { get; private init; }

    /// <summary>What Open.GrantedAccess must include for a query.</summary>
    public AccessMask QueryAccess { get; private init; }

    /// <summary>What Open.GrantedAccess must include for a set.</summary>
    public AccessMask SetAccess { get; private init; }

    /// <summary>A named pipe has it too.</summary>
    public bool OnPipes { get; private init; }

    /// <summary>A file has it (not only a named pipe).</summary>
    public bool OnFiles { get; private init; } = true;

    public ValueTask<NtStatus> QueryAsync(InformationQuery query) => _query!(query);

    public ValueTask<NtStatus> SetAsync(InformationSet set) => _set!(set);

    /// <summary>
    /// A class that is read only: a set is <see cref="NtStatus.InvalidInfoClass"/>, [MS-SMB2] 3.3.5.21.1.
    /// </summary>
    public static InformationRow QueryOnly<T>(
        QueryInformation query, AccessMask access = AccessMask.None, bool onPipes = false, bool onFiles = true)
        where T : struct, IInformation<T> =>
        QueryOnly(query, T.MinimumLength, access, onPipes, onFiles);

    /// <summary>A class that is read only and whose structure is not an <see cref="IInformation{TSelf}"/>.</summary>
    public static InformationRow QueryOnly(
        QueryInformation query, int minimum, AccessMask access = AccessMask.None, bool onPipes = false, bool onFiles = true) =>
        new() { _query = query, QueryMinimum = minimum, QueryAccess = access, OnPipes = onPipes, OnFiles = onFiles };

    /// <summary>A class that could be written too, but not here: a set is answered with this status.</summary>
    public InformationRow RefusingSets(NtStatus refusal, AccessMask setAccess) => new()
    {
        _query = _query,
        _set = _ => new(refusal),
        QueryMinimum = QueryMinimum,
        SetMinimum = QueryMinimum,
        QueryAccess = QueryAccess,
        SetAccess = setAccess,
        OnPipes = OnPipes,
        OnFiles = OnFiles,
    };

    /// <summary>A class that is only written.</summary>
    public static InformationRow SetOnly<T>(SetInformation<T> set, AccessMask access)
        where T : struct, IInformation<T> =>
        new() { _set = Parse(set), SetMinimum = T.MinimumLength, SetAccess = access };

    /// <summary>A class that is read and written.</summary>
    public static InformationRow Both<T>(
        QueryInformation query, SetInformation<T> set, AccessMask queryAccess = AccessMask.None,
        AccessMask setAccess = AccessMask.None, bool onPipes = false, bool onFiles = true)
        where T : struct, IInformation<T> =>
        new()
        {
            _query = query,
            _set = Parse(set),
            QueryMinimum = T.MinimumLength,
            SetMinimum = T.MinimumLength,
            QueryAccess = queryAccess,
            SetAccess = setAccess,
            OnPipes = onPipes,
            OnFiles = onFiles,
        };

    /// <summary>A class that is read and written, with a structure of its own kind.</summary>
    public static InformationRow Both(
        QueryInformation query, Func<InformationSet, ValueTask<NtStatus>> set, int minimum, AccessMask queryAccess,
        AccessMask setAccess) =>
        new() { _query = query, _set = set, QueryMinimum = minimum, QueryAccess = queryAccess, SetAccess = setAccess };

    /// <summary>A class that this server does not offer, and what it says to who asks all the same.</summary>
    public static InformationRow NotSupported(
        NtStatus query = NtStatus.NotSupported, NtStatus set = NtStatus.InvalidInfoClass) =>
        new() { QueryRefusal = query, SetRefusal = set, OnPipes = true };

    private static Func<InformationSet, ValueTask<NtStatus>> Parse<T>(SetInformation<T> set)
        where T : struct, IInformation<T> =>
        request =>
        {
            var reader = new WireReader(request.Request.Buffer);
            return T.TryRead(ref reader, out T information)
                ? set(request, information)
                : new(NtStatus.InvalidParameter);
        };
}
