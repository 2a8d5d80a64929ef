using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Keys;

namespace Nacre.Tests.Keys;

public sealed class KeyAlgorithmTests
{
    [Fact]
    public void The_catalog_offers_what_keys_can_sign_with_and_no_more()
    {
        var catalog = AlgorithmCatalog.HostKeys.Rows.Where(row => !row.IsCertificate).Select(row => (row.Name, row.KeyType, row.Hash, row.IsLegacy));
        var keys = KeyAlgorithm.All.Select(row => (row.Name, row.KeyType, row.Hash.Name is null ? null : (System.Security.Cryptography.HashAlgorithmName?)row.Hash, row.IsLegacy));
        Assert.Equal(catalog.OrderBy(row => row.Name), keys.OrderBy(row => row.Name));
    }
}
