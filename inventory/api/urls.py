from __future__ import annotations

from django.urls import path

from inventory.api import articles, facilities, groups, listings, out_of_stock, stocks, summaries

urlpatterns = [
    path("facilities", facilities.FacilitiesView.as_view(), name="facilities"),
    path("facilities/<str:facility_ref>", facilities.FacilityView.as_view(), name="facility"),
    path("facilities/<str:facility_ref>/listings", listings.ListingsView.as_view(), name="listings"),
    # Clients' ids may contain slashes, which arrive as such even where they were sent as %2F.
    path(
        "facilities/<str:facility_ref>/listings/<path:tenant_article_id>/outofstockbehaviour",
        out_of_stock.OutOfStockBehaviourView.as_view(),
        name="out-of-stock-behaviour",
    ),
    path(
        "facilities/<str:facility_ref>/listings/<path:tenant_article_id>",
        listings.ListingView.as_view(),
        name="listing",
    ),
    path("facilitygroups", groups.FacilityGroupsView.as_view(), name="facility-groups"),
    path("facilitygroups/<str:group_id>", groups.FacilityGroupView.as_view(), name="facility-group"),
    path(
        "facilitygroups/<str:group_id>/actions",
        groups.FacilityGroupActionsView.as_view(),
        name="facility-group-actions",
    ),
    path("articles", articles.ArticlesView.as_view(), name="articles"),
    path("articles/<path:tenant_article_id>", articles.ArticleView.as_view(), name="article"),
    path("stocks", stocks.StocksView.as_view(), name="stocks"),
    path("stocks/summaries", summaries.SummariesView.as_view(), name="stock-summaries"),
    path("stocks/<str:stock_id>", stocks.StockView.as_view(), name="stock"),
]
