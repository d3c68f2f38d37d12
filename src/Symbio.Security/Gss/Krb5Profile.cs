using System.Runtime.InteropServices;

namespace Symbio.Security.Gss;

/// <summary>
/// What krb5.conf says of clocks. MIT's acceptor adds the tolerated difference to the lifetime that it reports of a
/// context (since 1.16), so that who wants to know when a ticket ends has to take it off again.
/// </summary>
internal static unsafe partial class Krb5Profile
{
    private const string Library = "libkrb5.so.3";

    /// <summary>DEFAULT_CLOCKSKEW of MIT Kerberos.</summary>
    private const int DefaultClockSkew = 300;

    /// <summary>[libdefaults] clockskew, as MIT's library itself reads it. Seconds.</summary>
    public static int ReadClockSkew()
    {
        if (InitContext(out nint context) != 0)
            return DefaultClockSkew;
        try
        {
            if (GetProfile(context, out nint profile) != 0)
                return DefaultClockSkew;
            int result = GetInteger(profile, "libdefaults", "clockskew", null, DefaultClockSkew, out int seconds);
            ProfileRelease(profile);
            return result == 0 && seconds >= 0 ? seconds : DefaultClockSkew;
        }
        finally
        {
            FreeContext(context);
        }
    }

    [LibraryImport(Library, EntryPoint = "krb5_init_context")]
    private static partial int InitContext(out nint context);

    [LibraryImport(Library, EntryPoint = "krb5_free_context")]
    private static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "krb5_get_profile")]
    private static partial int GetProfile(nint context, out nint profile);

    [LibraryImport(Library, EntryPoint = "profile_release")]
    private static partial void ProfileRelease(nint profile);

    [LibraryImport(Library, EntryPoint = "profile_get_integer", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetInteger(
        nint profile, string name, string subname, string? subsubname, int defaultValue, out int value);
}
