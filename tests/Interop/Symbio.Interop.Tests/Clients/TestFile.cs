using System.Security.Cryptography;

namespace Symbio.Interop.Tests.Clients;

/// <summary>Contents that do not compress and are the same in every run.</summary>
internal static class TestFile
{
    /// <summary>Writes a file; returns its SHA-256.</summary>
    public static string Create(string path, long length, int seed = 1)
    {
        var random = new Random(seed);
        byte[] buffer = new byte[1 << 20];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = File.Create(path);
        for (long left = length; left > 0; left -= buffer.Length)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            random.NextBytes(part);
            hash.AppendData(part);
            file.Write(part);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    public static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(file));
    }
}
